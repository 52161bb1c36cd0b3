import { endpointNamed, openShell, requirePlugin, runPlugin } from "../deployed";
import { deployedEndpoints } from "./deployed-endpoints";
import { oneAnswer } from "./one-answer";
import type { ShellCommandOptions } from "./program";

const DEFAULT_COMMAND = ["/bin/sh"];

export async function shell(name: string, command: readonly string[], options: ShellCommandOptions): Promise<void> {
  const { profile, container } = options;
  await oneAnswer(options, async (progress) => {
    await requirePlugin();
    const session = await openShell({
      endpoint: endpointNamed(await deployedEndpoints(options, progress), name),
      container,
      command: command.length > 0 ? command : DEFAULT_COMMAND,
      profile,
      onProgress: (message) => progress.step(message),
    });
    progress.done();
    return runPlugin(session.pluginArgs);
  });
}
