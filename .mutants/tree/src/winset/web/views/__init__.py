"""Views of the workbench beside the forecast: a picture or a table a part, at addresses that last.

Each module makes the parts of one view; `winset.web.views.kinds` names them all. What a view is
asked stands in its address, so that a link is the view.
"""
