import { SchemaError } from "@bowline/protobuf/internal";

/**
 * Refuses the path of a `.proto` file that cannot become a path in the output folder and a module specifier.
 * @throws SchemaError
 */
export function validatePath(path: string): void {
  const fault = faultOfPath(path);
  if (fault !== undefined) throw new SchemaError(path, `the file name ${fault}`);
}

function faultOfPath(path: string): string | undefined {
  if (path === "") return "is empty";
  if (/[\p{Cc}\u2028\u2029]/u.test(path)) return "has a control character in it";
  if (/[\\:*?"<>|]/.test(path)) return "has a character in it that not every file system takes";
  if (path.startsWith("/")) return "is an absolute path";
  const parts = path.split("/");
  if (parts.some((part) => part === "..")) return "leads out of the output folder";
  if (parts.some((part) => part === "" || part === ".")) return "has an empty part";
  return undefined;
}
