import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { AnnotationMetadataEntryType, type ISynthesisSession, type TerraformStack } from "cdktf";
import { addCustomSynthesis } from "cdktf/lib/synthesize/synthesizer";

/** What a stack adds to its synthesis. */
export interface StackArtifacts {
  /** A file beside `cdk.tf.json`, given the folder it goes to. */
  file(folder: string): { name: string; content: string };
  /** What the CLI prints after the synth. */
  message(): string;
}

/**
 * Runs when an app is synthesized, and not for `Testing.synth`. cdktf offers this to itself only, by a deep import: a test
 * holds the version that this was checked with.
 */
export function onSynthesize(stack: TerraformStack, artifacts: StackArtifacts): void {
  addCustomSynthesis(stack, {
    onSynthesize(session: ISynthesisSession) {
      const folder = join(session.outdir, session.manifest.forStack(stack).workingDirectory);
      mkdirSync(folder, { recursive: true });
      const { name, content } = artifacts.file(folder);
      writeFileSync(join(folder, name), content);
      // Annotations are how cdktf's CLI shows anything: it swallows what the app prints. Without a stack trace, which
      // would put this machine's paths into the output.
      stack.node.addMetadata(AnnotationMetadataEntryType.INFO, artifacts.message(), { stackTrace: false });
    },
  });
}

/** A warning that the CLI prints with the construct's path. */
export function warn(scope: { readonly node: TerraformStack["node"] }, message: string): void {
  scope.node.addMetadata(AnnotationMetadataEntryType.WARN, message, { stackTrace: false });
}
