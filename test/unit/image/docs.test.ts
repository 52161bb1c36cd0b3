import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Image } from "../../../lib/image";

const PAGE = join(__dirname, "../../../docs/images.md");
const MARKED = /(<!-- methods: [^\n]*-->\n)([\s\S]*?)(<!-- \/methods -->)/;

const base = Image.fromRegistry("debian:12-slim");

/** One call of each method, as it is written. */
const CALLS: Readonly<Record<string, (image: Image) => Image>> = {
  'aptInstall("libgomp1")': (image) => image.aptInstall("libgomp1"),
  'pipInstall("fastapi>=0.115")': (image) => image.pipInstall("fastapi>=0.115"),
  'uvPipInstall("numpy")': (image) => image.uvPipInstall("numpy"),
  'pipInstallFromRequirements("requirements.txt")': (image) => image.pipInstallFromRequirements("requirements.txt"),
  'runCommands("make build")': (image) => image.runCommands("make build"),
  'env({ MODE: "fast" })': (image) => image.env({ MODE: "fast" }),
  'workdir("/srv")': (image) => image.workdir("/srv"),
  'addLocalDir("data", "/data")': (image) => image.addLocalDir("data", "/data"),
  'addLocalFile("app.ini", "/etc/app.ini")': (image) => image.addLocalFile("app.ini", "/etc/app.ini"),
  'addLocalPythonSource("my_package")': (image) => image.addLocalPythonSource("my_package"),
  "addSlipway()": (image) => image.addSlipway(),
  'entrypoint(["tini", "--"])': (image) => image.entrypoint(["tini", "--"]),
  'cmd(["python", "server.py"])': (image) => image.cmd(["python", "server.py"]),
};

const linesOf = (image: Image) => image.dockerfile.trimEnd().split("\n");

/** What a call adds to an image that has something already. */
function added(change: (image: Image) => Image): string[] {
  const before = linesOf(base.workdir("/"));
  const after = linesOf(change(base.workdir("/")));
  return after.slice(before.indexOf("WORKDIR /") + 1, after.length - (before.length - before.indexOf("WORKDIR /") - 1));
}

function page(): string {
  const blocks = [
    ["Image.debianSlim()", linesOf(Image.debianSlim())],
    ['Image.fromRegistry("debian:12-slim") and any method', linesOf(base.workdir("/srv"))],
    [
      'Image.fromEcr("team/base", "1.4") and any method',
      linesOf(Image.fromEcr("team/base", "1.4").workdir("/srv")).slice(0, 2),
    ],
    ...Object.entries(CALLS).map(([call, change]) => [`.${call}`, added(change)] as const),
  ] as const;
  return blocks.map(([call, lines]) => `\`${call}\`\n\n\`\`\`dockerfile\n${lines.join("\n")}\n\`\`\`\n`).join("\n");
}

test("the page about images has every method with the lines that it makes", () => {
  const text = readFileSync(PAGE, "utf8");
  if (process.env.UPDATE_DOCS === "1")
    writeFileSync(
      PAGE,
      text.replace(MARKED, (_, start, _old, end) => `${start}\n${page()}\n${end}`),
    );
  expect(MARKED.exec(readFileSync(PAGE, "utf8"))![2]!.trim()).toBe(page().trim());
});

test("no method is forgotten there", () => {
  const methods = Object.getOwnPropertyNames(Image.prototype).filter((name) => {
    const { value } = Object.getOwnPropertyDescriptor(Image.prototype, name)!;
    return typeof value === "function" && name !== "constructor";
  });
  const inner = ["with", "having", "local", "addModule"];
  const shown = Object.keys(CALLS).map((call) => call.split("(")[0]);
  expect(methods.filter((name) => !inner.includes(name)).sort()).toEqual(shown.sort());
});
