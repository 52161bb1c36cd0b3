/** The part of DynamoDB's values that items are made of. */
export type AttributeValue =
  | { readonly S: string }
  | { readonly N: string }
  | { readonly SS: readonly string[] }
  | { readonly L: readonly AttributeValue[] };
export type Attributes = Readonly<Record<string, AttributeValue>>;

export function textOf(attributes: Attributes, name: string): string | undefined {
  const value = attributes[name];
  return value !== undefined && "S" in value ? value.S : undefined;
}

export function numberOf(attributes: Attributes, name: string): number | undefined {
  const value = attributes[name];
  return value !== undefined && "N" in value ? Number(value.N) : undefined;
}

export function attributeValue(value: string | number): AttributeValue {
  return typeof value === "number" ? { N: String(value) } : { S: value };
}
