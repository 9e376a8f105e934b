import path from "node:path";
import ts from "typescript";

/** A JSON Schema, as far as it is used here. */
interface Schema {
  [keyword: string]: unknown;
}

/** Turns the types that JSON can carry into JSON Schema; each named object type becomes a definition. */
class SchemaMaker {
  readonly definitions = new Map<string, Schema>();
  readonly #checker: ts.TypeChecker;

  constructor(checker: ts.TypeChecker) {
    this.#checker = checker;
  }

  /** The schema of a type. `name` and `description` of the property say whether a number is a count or a share. */
  schemaOf(type: ts.Type, name: string, description: string): Schema {
    if (type.isUnion()) return this.#schemaOfUnion(type, name, description);
    if (type.isStringLiteral() || type.isNumberLiteral()) return { const: type.value };
    if (type.flags & ts.TypeFlags.BooleanLiteral) return { const: this.#checker.typeToString(type) === "true" };
    if (type.flags & ts.TypeFlags.Null) return { type: "null" };
    if (type.flags & ts.TypeFlags.String) return { type: "string" };
    if (type.flags & ts.TypeFlags.Number) return numberSchema(name, description);
    if (this.#checker.isTupleType(type)) return this.#schemaOfTuple(type as ts.TupleTypeReference, name, description);
    if (this.#checker.isArrayType(type)) {
      const [item] = this.#checker.getTypeArguments(type as ts.TypeReference);
      if (item === undefined) throw new Error(`${name} is an array of nothing`);
      return { type: "array", items: this.schemaOf(item, name, description) };
    }
    if (type.flags & ts.TypeFlags.Object || type.isIntersection()) return this.#schemaOfObject(type);
    throw new Error(`${name} has a type that JSON cannot carry: ${this.#checker.typeToString(type)}`);
  }

  #schemaOfUnion(type: ts.UnionType, name: string, description: string): Schema {
    const literals = type.types.filter((each) => each.isStringLiteral());
    if (literals.length === type.types.length) return { enum: literals.map(({ value }) => value) };
    if (type.flags & ts.TypeFlags.Boolean) return { type: "boolean" };
    const schemas = type.types.map((each) => this.schemaOf(each, name, description));
    return { anyOf: schemas.sort((a, b) => Number(a["type"] === "null") - Number(b["type"] === "null")) };
  }

  #schemaOfTuple(type: ts.TupleTypeReference, name: string, description: string): Schema {
    const { elementFlags, minLength } = type.target;
    const schemas = this.#checker.getTypeArguments(type).map((each) => this.schemaOf(each, name, description));
    const isOpen = elementFlags.some((flags) => flags & ts.ElementFlags.Rest);
    return {
      type: "array",
      prefixItems: isOpen ? schemas.slice(0, -1) : schemas,
      items: isOpen ? schemas.at(-1) : false,
      minItems: minLength,
    };
  }

  #schemaOfObject(type: ts.Type): Schema {
    const name = type.aliasSymbol?.name ?? type.symbol?.name ?? "__type";
    // Options come and go with every version; docs/options.md has them.
    if (name === "ResolvedTrainingSettings") return { type: "object" };
    // One name of a generic type stands for many types.
    const isGeneric = (type.aliasTypeArguments ?? []).length > 0;
    if (isGeneric || name.startsWith("__")) return this.#propertiesOf(type);
    if (!this.definitions.has(name)) {
      // Set first: a type may refer to itself.
      this.definitions.set(name, {});
      this.definitions.set(name, { ...describe(type.symbol, this.#checker), ...this.#propertiesOf(type) });
    }
    return { $ref: `#/$defs/${name}` };
  }

  #propertiesOf(type: ts.Type): Schema {
    const properties = this.#checker.getPropertiesOfType(type);
    return {
      type: "object",
      properties: Object.fromEntries(
        properties.map((property) => {
          const documentation = describe(property, this.#checker);
          const propertyType = this.#checker.getTypeOfSymbol(property);
          const text = String(documentation["description"] ?? "");
          return [property.name, { ...documentation, ...this.schemaOf(propertyType, property.name, text) }];
        }),
      ),
      required: properties.filter(({ flags }) => !(flags & ts.SymbolFlags.Optional)).map(({ name }) => name),
      additionalProperties: false,
    };
  }
}

function describe(symbol: ts.Symbol | undefined, checker: ts.TypeChecker): Schema {
  const text = ts.displayPartsToString(symbol?.getDocumentationComment(checker) ?? []);
  return text === "" ? {} : { description: text.replaceAll(/\s+/g, " ") };
}

/** Counts, places and seeds are whole; what the comment places in [0, 1] is held to it. */
function numberSchema(name: string, description: string): Schema {
  if (/^n[A-Z]|^(?:index|line|epoch|seed|support|trainSupport|sizeBytes)$/.test(name)) {
    return { type: "integer", minimum: 0 };
  }
  return /\bin \[0, 1\]/.test(description) ? { type: "number", minimum: 0, maximum: 1 } : { type: "number" };
}

/** A type that the program writes as JSON, and where its schema goes. */
export interface PublishedType {
  /** Below the folder of the project. */
  readonly schema: string;
  readonly source: string;
  readonly name: string;
  readonly title: string;
}

export const REPORT_TYPE: PublishedType = {
  schema: "schema/report.schema.json",
  source: "src/evaluation/report.ts",
  name: "EvaluationReport",
  title: "newsclf evaluation report",
};

export const DOCTOR_TYPE: PublishedType = {
  schema: "schema/doctor.schema.json",
  source: "src/doctor/report.ts",
  name: "DoctorReport",
  title: "newsclf doctor's report",
};

/**
 * Returns a type as JSON Schema.
 * @param root folder of the project
 */
export function renderSchema(root: string, { source: sourcePath, name, title }: PublishedType): string {
  const file = path.join(root, sourcePath);
  const { config } = ts.readConfigFile(path.join(root, "tsconfig.base.json"), ts.sys.readFile) as {
    config: { compilerOptions: object };
  };
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root);
  const program = ts.createProgram([file], { ...options, noEmit: true });
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(file);
  const declaration = source?.statements.find(
    (statement): statement is ts.InterfaceDeclaration =>
      ts.isInterfaceDeclaration(statement) && statement.name.text === name,
  );
  if (declaration === undefined) throw new Error(`${file} declares no interface ${name}`);
  const maker = new SchemaMaker(checker);
  const { $ref } = maker.schemaOf(checker.getTypeAtLocation(declaration), "report", "");
  const schema = {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title,
    $ref,
    $defs: Object.fromEntries([...maker.definitions].sort(([a], [b]) => (a < b ? -1 : 1))),
  };
  return `${JSON.stringify(schema, null, 2)}\n`;
}
