/** What our codecs make of one request of the runner. */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { DecodeError, EncodeError } from "@bowline/protobuf";
import { fromJsonString, JsonError, toJsonString } from "@bowline/protobuf/json";
import { createRegistry } from "@bowline/protobuf/reflect";
import { fromText, TextError, toText } from "@bowline/protobuf/text";
import * as wkt from "@bowline/protobuf/wkt";
import { generated, paths, pathVariable, validation } from "./paths.mjs";
import { decodeView, viewsOf, watch, writeView } from "./view-path.mjs";

/** Which way messages are read and written. */
const path = process.env[pathVariable] ?? "messages";
if (!paths.includes(path)) throw new Error(`${pathVariable} is none of ${paths.join(", ")}`);

const load = (name) => import(pathToFileURL(join(generated, `${name}.pb.js`)));

const { FailureSet, TestCategory, WireFormat } = await load("conformance/conformance");

const modules = await Promise.all(
  [
    "google/protobuf/test_messages_proto2",
    "google/protobuf/test_messages_proto3",
    "google/protobuf/test_messages_edition2023",
    "google/protobuf/test_messages_proto2_editions",
    "google/protobuf/test_messages_proto3_editions",
  ].map(load),
);

/** Message types and extensions: everything exported that has a type name. */
const known = [wkt, ...modules].flatMap((module) =>
  Object.values(module).filter(
    (value) => typeof value?.typeName === "string" && value.message === undefined,
  ),
);

/** How views are checked on this path, `undefined` where there are none. */
const validate = validation[path];
const views = viewsOf([wkt, ...modules]);
if (validate !== undefined) for (const type of known) if ("create" in type) watch(type);

/** The same as types that no code was generated for, from the descriptors alone. */
function dynamicRegistry() {
  const files = new Set(known.map(({ desc }) => desc.file));
  for (const file of files) for (const dependency of file.dependencies) files.add(dependency);
  const file = [...files].map(({ bytes }) => wkt.FileDescriptorProto.decode(bytes));
  const dynamic = createRegistry(wkt.FileDescriptorSet.create({ file }));
  for (const one of known) {
    const find = "extendee" in one ? dynamic.extension : dynamic.message;
    const found = find(one.typeName);
    if (found === undefined || found === one)
      throw new Error(`${one.typeName} is not a dynamic type`);
  }
  return dynamic;
}

const registry = path === "dynamic" ? dynamicRegistry() : createRegistry(...known);

/** The result of one request, as the init of a `ConformanceResponse`. */
export function answer(request) {
  if (request.messageType === "conformance.FailureSet") {
    return result("protobufPayload", FailureSet.encode(FailureSet.create()));
  }
  const skipped = skipReason(request);
  if (skipped !== undefined) return result("skipped", skipped);
  const type = registry.message(request.messageType);
  if (type === undefined)
    return result("runtimeError", `unknown message type ${request.messageType}`);
  let message;
  try {
    message = parse(type, request);
  } catch (error) {
    return refusal("parseError", error);
  }
  try {
    return validate === undefined
      ? serialize(type, message, request)
      : writeView(message, () => serialize(views.get(type.typeName), message, request));
  } catch (error) {
    return refusal("serializeError", error);
  }
}

function skipReason({ payload, requestedOutputFormat }) {
  return payload?.case === "jspbPayload" || requestedOutputFormat === WireFormat.JSPB
    ? "JSPB is internal to Google"
    : undefined;
}

/** The message of a request. On a path of views it is a view: JSON and text become one by way of its bytes. */
function parse(type, request) {
  if (validate === undefined) return read(type, request);
  const viewType = views.get(type.typeName);
  if (viewType === undefined) throw new Error(`there is no view of ${type.typeName}`);
  const { payload } = request;
  const bytes =
    payload?.case === "protobufPayload" ? payload.value : type.encode(read(type, request));
  return decodeView(viewType, bytes, validate);
}

function read(type, { payload, testCategory }) {
  switch (payload?.case) {
    case "protobufPayload":
      return type.decode(payload.value);
    case "jsonPayload": {
      const ignoreUnknownFields = testCategory === TestCategory.JSON_IGNORE_UNKNOWN_PARSING_TEST;
      return fromJsonString(type, payload.value, { ignoreUnknownFields, registry });
    }
    case "textPayload":
      return fromText(type, payload.value, { registry });
    default:
      throw new Error("the request has no payload");
  }
}

function serialize(type, message, { requestedOutputFormat, printUnknownFields }) {
  switch (requestedOutputFormat) {
    case WireFormat.PROTOBUF:
      // a view would give back the bytes that came: deterministic ones are made of what it reads
      return result("protobufPayload", type.encode(message, { deterministic: true }));
    case WireFormat.JSON:
      return result("jsonPayload", toJsonString(type, message, { registry }));
    case WireFormat.TEXT_FORMAT: {
      const unknownFields = printUnknownFields;
      return result("textPayload", toText(type, message, { registry, unknownFields }));
    }
    default:
      return result("runtimeError", `unknown output format ${requestedOutputFormat}`);
  }
}

/**
 * Only the errors that our codecs promise count as a refusal of the input. Any
 * other is a fault of ours, even where the runner expects the input to be
 * refused.
 */
function refusal(kind, error) {
  const promised = [DecodeError, EncodeError, JsonError, TextError].some(
    (type) => error instanceof type,
  );
  return promised
    ? result(kind, error.message)
    : result("runtimeError", String(error?.stack ?? error));
}

function result(name, value) {
  return { result: { case: name, value } };
}
