import { createRequire } from 'node:module';
import { join } from 'node:path';
import ts from 'typescript';
import { manifests, type Manifest } from './manifests.js';

const operator = '@kubernetes-models/prometheus-operator';
/** Where the schemas of an API come from. */
const packages: Readonly<Record<string, string>> = {
  v1: 'kubernetes-models/v1',
  'apps/v1': 'kubernetes-models/apps/v1',
  'policy/v1': 'kubernetes-models/policy/v1',
  'networking.k8s.io/v1': 'kubernetes-models/networking.k8s.io/v1',
  'monitoring.coreos.com/v1': `${operator}/monitoring.coreos.com/v1`,
};

type Model = new (data: object) => { validate(): void };

/** What the schema of its kind says against a manifest; null when nothing. Schemas let unknown keys pass. */
export function problemOf({ content, apiVersion, kind }: Manifest): string | null {
  const require = createRequire(import.meta.url);
  const module = require(`${packages[apiVersion]}/${kind}`) as Record<string, Model>;
  try {
    new module[kind]!(content).validate();
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

/** What the compiler says when each manifest is taken for a value of its type, which unknown keys are not. */
export function typeProblems(extra: readonly Manifest[] = []): readonly string[] {
  const path = join(process.cwd(), 'test/deploy/manifests.generated.ts');
  const text = [...manifests, ...extra]
    .map(({ content, apiVersion, kind }, index) => {
      const type = `import('${packages[apiVersion]}/${kind}').I${kind}`;
      return `export const manifest${index}: ${type} = ${JSON.stringify(content)};`;
    })
    .join('\n');
  const options: ts.CompilerOptions = {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2023,
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: [],
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (name) => name === path || fileExists(name);
  host.getSourceFile = (name, language, ...rest) =>
    name === path ? ts.createSourceFile(name, text, language) : getSourceFile(name, language, ...rest);
  return ts
    .getPreEmitDiagnostics(ts.createProgram([path], options, host))
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '));
}
