// The server makes this module of how charts look: `chart_settings` in web/pages/frame.py.
declare const settings: Record<string, any>;
export default settings;
