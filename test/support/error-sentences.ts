/**
 * The sentences of errors as they stand in a source: those given to `new AppError`, `invalidInput`, `invalidEdit` and
 * `unsupported` (of a plan), and remedies. A part that is worked out is `{}`.
 */
import ts from 'typescript';

export function errorSentences(source: string): string[] {
  const texts = new Set<string>();
  const visit = (node: ts.Node): void => {
    for (const text of sentencesIn(node)) texts.add(text);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('source.ts', source, ts.ScriptTarget.Latest, true));
  return [...texts];
}

function sentencesIn(node: ts.Node): string[] {
  if (ts.isNewExpression(node) && node.expression.getText() === 'AppError')
    return [node.arguments?.[1]].flatMap(templatesOf);
  if (ts.isCallExpression(node) && /^(?:invalidInput|invalidEdit)$/.test(node.expression.getText()))
    return [node.arguments[2], node.arguments[3]].flatMap(templatesOf);
  if (ts.isCallExpression(node) && node.expression.getText() === 'unsupported')
    return [node.arguments[1], node.arguments[2]].flatMap(templatesOf);
  if (ts.isPropertyAssignment(node) && node.name.getText() === 'remedy') return templatesOf(node.initializer);
  return [];
}

/** Every form that an expression can take, as far as it is written down there. */
function templatesOf(node: ts.Expression | undefined): string[] {
  if (node === undefined) return [];
  if (ts.isStringLiteralLike(node)) return [node.text];
  if (ts.isParenthesizedExpression(node)) return templatesOf(node.expression);
  if (ts.isConditionalExpression(node)) return [...templatesOf(node.whenTrue), ...templatesOf(node.whenFalse)];
  if (ts.isTemplateExpression(node))
    return [node.head.text + node.templateSpans.map(({ literal }) => `{}${literal.text}`).join('')];
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken)
    return templatesOf(node.left).flatMap((left) => templatesOf(node.right).map((right) => left + right));
  return [];
}
