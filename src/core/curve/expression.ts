/**
 * Arithmetic as Deforum's schedules write it (numexpr): numbers, `t`, `max_f`, operators, comparisons, functions. It is
 * parsed by jsep into a tree and the tree is worked out here: no text is ever run as code, and what is not on the lists
 * below is refused.
 */
import jsep from 'jsep';
import type { Expression } from 'jsep';

/** A refusal in the middle of a text: where it is, counted from the expression's first character. */
export class ExpressionError extends Error {
  override readonly name = 'ExpressionError';
  readonly index: number;
  readonly remedy: string;

  constructor(index: number, message: string, remedy: string) {
    super(message);
    this.index = index;
    this.remedy = remedy;
  }
}

export type Variables = Readonly<Record<string, number>>;
export type Formula = (variables: Variables) => number;

const functions: Readonly<Record<string, { readonly count: number; readonly of: (...args: number[]) => number }>> = {
  sin: { count: 1, of: Math.sin },
  cos: { count: 1, of: Math.cos },
  tan: { count: 1, of: Math.tan },
  arcsin: { count: 1, of: Math.asin },
  arccos: { count: 1, of: Math.acos },
  arctan: { count: 1, of: Math.atan },
  arctan2: { count: 2, of: Math.atan2 },
  sinh: { count: 1, of: Math.sinh },
  cosh: { count: 1, of: Math.cosh },
  tanh: { count: 1, of: Math.tanh },
  exp: { count: 1, of: Math.exp },
  log: { count: 1, of: Math.log },
  log10: { count: 1, of: Math.log10 },
  sqrt: { count: 1, of: Math.sqrt },
  abs: { count: 1, of: Math.abs },
  floor: { count: 1, of: Math.floor },
  ceil: { count: 1, of: Math.ceil },
  min: { count: 2, of: Math.min },
  max: { count: 2, of: Math.max },
  where: { count: 3, of: (test, yes, no) => (test !== 0 ? (yes ?? NaN) : (no ?? NaN)) },
};
const constants: Variables = { pi: Math.PI, e: Math.E };

const operators: Readonly<Record<string, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
  '**': (a, b) => a ** b,
  '<': (a, b) => Number(a < b),
  '<=': (a, b) => Number(a <= b),
  '>': (a, b) => Number(a > b),
  '>=': (a, b) => Number(a >= b),
  '==': (a, b) => Number(a === b),
  '!=': (a, b) => Number(a !== b),
};

/** What the names of an expression may be, for the sentence that refuses another. */
const KNOWN = `Known are ${Object.keys(functions).join(', ')}, pi, t and max_f.`;

/** @throws ExpressionError */
export function compileExpression(source: string, names: readonly string[]): Formula {
  return compiled(parse(source), { source, names });
}

function parse(source: string): Expression {
  try {
    return jsep(source);
  } catch (thrown) {
    // jsep's errors carry where they are; anything else is not about the text.
    if (!(thrown instanceof Error) || !('index' in thrown)) throw thrown;
    const words = 'description' in thrown ? String(thrown.description) : thrown.message;
    const index = Math.min(Number(thrown.index), Math.max(0, source.length - 1));
    throw new ExpressionError(
      index,
      `it cannot be read here: ${lowerFirst(words.trim())}`,
      'Check brackets and operators.',
    );
  }
}

interface Source {
  readonly source: string;
  readonly names: readonly string[];
}

function compiled(node: Expression, from: Source): Formula {
  switch (node.type) {
    case 'Literal':
      return number(node['value'], String(node['raw']), from);
    case 'Identifier':
      return named(String(node['name']), from);
    case 'UnaryExpression': {
      const argument = compiled(node['argument'] as Expression, from); // by jsep's type of this node
      if (node['operator'] === '-') return (variables) => -argument(variables);
      if (node['operator'] === '+') return argument;
      throw refused(String(node['operator']), from, 'is no operator here', 'Use + - * / % ** and comparisons.');
    }
    case 'BinaryExpression': {
      const operator = operators[String(node['operator'])];
      if (operator === undefined)
        throw refused(
          String(node['operator']),
          from,
          'is no operator here',
          node['operator'] === '^' ? 'Write ** for a power.' : 'Use + - * / % ** and comparisons.',
        );
      const [left, right] = [node['left'], node['right']].map((side) => compiled(side as Expression, from)); // as above
      return (variables) => operator(left?.(variables) ?? NaN, right?.(variables) ?? NaN);
    }
    case 'ConditionalExpression': {
      const [test, yes, no] = [node['test'], node['consequent'], node['alternate']].map((part) =>
        compiled(part as Expression, from),
      );
      return (variables) => (test?.(variables) !== 0 ? yes : no)?.(variables) ?? NaN;
    }
    case 'CallExpression':
      return called(node, from);
    case 'Compound':
      throw refused(from.source.trim(), from, 'is more than one expression', 'Put an operator between the parts.');
    default:
      throw refused(from.source.trim(), from, 'is not arithmetic', 'Use numbers, t, operators and functions.');
  }
}

function number(value: unknown, raw: string, from: Source): Formula {
  if (typeof value !== 'number') throw refused(raw, from, 'is not a number', 'Write numbers without quotes.');
  return () => value;
}

function named(name: string, from: Source): Formula {
  if (Object.hasOwn(constants, name)) return () => constants[name] ?? NaN;
  if (from.names.includes(name)) return (variables) => variables[name] ?? NaN;
  throw refused(name, from, 'is not known', Object.hasOwn(functions, name) ? `Write ${name}(…).` : KNOWN);
}

function called(node: Expression, from: Source): Formula {
  const callee = node['callee'] as Expression; // by jsep's type of this node
  const name = callee.type === 'Identifier' ? String(callee['name']) : '';
  const entry = Object.hasOwn(functions, name) ? functions[name] : undefined;
  if (entry === undefined) throw refused(name || '(', from, 'is no function here', KNOWN);
  const args = (node['arguments'] as Expression[]).map((one) => compiled(one, from));
  if (args.length !== entry.count)
    throw refused(
      name,
      from,
      `takes ${entry.count} ${entry.count === 1 ? 'value' : 'values'}, not ${args.length}`,
      `Write ${name}(${['t', '1', '0'].slice(0, entry.count).join(', ')}), for example.`,
    );
  return (variables) => entry.of(...args.map((one) => one(variables)));
}

function refused(part: string, { source }: Source, message: string, remedy: string): ExpressionError {
  return new ExpressionError(Math.max(0, source.indexOf(part)), `"${part}" ${message}`, remedy);
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
