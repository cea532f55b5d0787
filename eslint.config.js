// The linter of the pages' JavaScript: what is likely to be wrong, and one way to write the rest.
import js from "@eslint/js";
import globals from "globals";

export default [
  js.configs.recommended,
  {
    languageOptions: { ecmaVersion: 2023, sourceType: "module", globals: globals.browser },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      eqeqeq: "error",
      "no-var": "error",
      "prefer-const": "error",
      "object-shorthand": "error",
      "no-implicit-coercion": "error",
      "no-shadow": "off",
      "no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      "no-restricted-properties": [
        "error",
        { property: "innerHTML", message: "Nothing that a case says is read as markup: use el()." },
        { property: "outerHTML", message: "Nothing that a case says is read as markup: use el()." },
        { property: "insertAdjacentHTML", message: "Nothing that a case says is read as markup: use el()." },
      ],
      "no-restricted-syntax": [
        "error",
        {
          selector: ":matches(VariableDeclarator > Identifier.id, :function > Identifier.params)[name=/^(found|said|told|made|luck)$/]",
          message: "Name it by what it holds.",
        },
      ],
    },
  },
  { files: ["tests/js/**/*.js"], languageOptions: { globals: globals.node } },
];
