// What pages carry with them, and what their modules hand to each other.

declare namespace Pages {
  type Issue = { id: string; title: string; low: number; high: number; unit: string; labels: [string, string][] };
  type Choices = {
    address: string;
    editable: boolean;
    actors: { id: string; name: string; aliases: string[] }[];
    parties: { id: string; name: string }[];
    issues: Issue[];
    kinds: string[];
    roles: string[];
    names: string[];
  };
  type Evidence = Choices & { evidence: Api.EvidenceResponse; derivation: Api.DerivationResponse };
  type Reading = Choices & { document: Api.DocumentResponse };
  type Parts = Choices & { rows: Record<string, Api.RowResponse[]>; keys: Record<string, string[]> };
  type View = { pictures: string; job: string | null; api: string };

  // A slider's id (position:ann:pie) to the text that stands there instead of the coded one.
  type Changes = Record<string, string>;
  type Asked = { issue: string; actor: string; model: string; scenario: string; changes: Changes };
  type State = Asked & { picked: boolean };
  type Usual = { model: string; scenario: string; issue: string };

  type Span = { start: number; end: number };
  type Row = Api.StatementResponse;
  type Entry = Span & {
    key: string;
    id: string;
    row: Row;
    mine: Row | null;
    proposal: Row | null;
    others: Row[];
    status: string;
    kind: string;
    open: boolean;
  };
  type Decidable = { id: string; mine: Row | null; proposal: Row | null };
  type NewActor = { name?: string; id?: string; issue?: string; position?: string };
  type ActorSaved = { address: string; id: string; words: string };
  type Cell = string | number | Node | null | undefined;

  // A field of a form of parties, issues, actors or stances. `place` is what `make` returned.
  type Field = {
    name: string;
    label: string;
    note?: string;
    wide?: boolean;
    group?: boolean;
    value?: string;
    make(id: string): HTMLElement;
    put(place: any, fields: Record<string, any>): void;
    take(place: any, fields: Record<string, any>, before: Record<string, any>): void;
  };
  type Inputs = Map<string, { field: Field; input: any }>;
  type Named = { key: Record<string, string>; fields: Record<string, any> };
  type Form = {
    title: string;
    one: string;
    waits?: string;
    columns: string[];
    cells(row: Record<string, any>): Cell[];
    key(fields: Record<string, any>): Record<string, string>;
    called(row: Named): string;
    fixed: string[];
    fields: Field[];
    wire?(inputs: Inputs): void;
    follow?(inputs: Inputs): void;
  };
}

interface Window {
  vegaEmbed(place: Element, specification: object, options: object): Promise<any>;
}
