import { type Command, Option } from "commander";
import type { BuildOptions, ImagesOptions } from "./images-options";

/** Loaded when a command is run. */
const work = () => import("./images-command.js");

const NOTES = `
Environment:
  SLIPWAY_BUILDER         docker, podman or buildah; the default is the first of them that is installed
  SLIPWAY_REGISTRY        another registry than the account's ECR, such as http://localhost:5000
  SLIPWAY_BASE_REGISTRY   where Docker's official images come from, in place of public.ecr.aws/docker/library`;

/** `slipway images …`: what a stack's tasks run. */
export function addImages(program: Command): void {
  const images = program
    .command("images")
    .summary("build, push and list the images that stacks run")
    .description(
      "The images that the app's last synth asks for. A deploy builds and pushes them by itself; these commands are for machines that " +
        "build for others, and for looking.",
    );

  withImages(images.command("list"))
    .summary("list the images, and what runs them")
    .addHelpText("after", examples("slipway images list", "slipway images list --json"))
    .action(async (folder: string, options: ImagesOptions) => (await work()).listImages(folder, options));

  withImages(images.command("build"))
    .summary("build the images, and push nothing")
    .addOption(new Option("--platform <name>", "in place of the image's own").choices(["linux/amd64", "linux/arm64"]))
    .addHelpText("after", NOTES + examples("slipway images build", "slipway images build --platform linux/arm64"))
    .action(async (folder: string, options: BuildOptions) => (await work()).buildImages(folder, options));

  withImages(images.command("push"))
    .summary("build what the registry does not have, and push it")
    .addHelpText("after", NOTES + examples("slipway images push", "slipway images push services/api --stack prod"))
    .action(async (folder: string, options: ImagesOptions) => (await work()).pushImages(folder, options));
}

function withImages(command: Command): Command {
  return command
    .argument("[folder]", "the folder of cdktf.json, after a synth, or of a slipway.json", ".")
    .option("--stack <name>", "only this stack's")
    .option("--tag <tag>", "only the image with this tag; may be repeated", (tag: string, before: string[] = []) => [
      ...before,
      tag,
    ])
    .option("--json", "print JSON");
}

function examples(...lines: readonly string[]): string {
  return `\n\nExamples:\n${lines.map((line) => `  $ ${line}`).join("\n")}\n`;
}
