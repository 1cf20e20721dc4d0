/** Header fields as names and values in turn: `["content-type", "application/grpc", …]`. Names are in lower case. */
export type FieldList = readonly string[];

/** 1 for octets of a field name (RFC 9110's token without capitals: RFC 9113, section 8.2.1). */
const nameOctets: Uint8Array = new Uint8Array(256);
for (const octet of "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz") {
  nameOctets[octet.charCodeAt(0)] = 1;
}

/** 1 for octets of a field value. */
const valueOctets: Uint8Array = new Uint8Array(256);
for (let octet = 0; octet < 256; octet++) valueOctets[octet] = isValueOctet(octet) ? 1 : 0;

/** Whether `bytes[start, end)` is the name of a regular field, or of a pseudo-header field. */
export function isNameAt(bytes: Uint8Array, start: number, end: number): boolean {
  let at = bytes[start] === 0x3a ? start + 1 : start;
  if (at >= end) return false;
  for (; at < end; at++) if (nameOctets[bytes[at] as number] !== 1) return false;
  return true;
}

/** Whether `bytes[start, end)` is the value of a field. */
export function isValueAt(bytes: Uint8Array, start: number, end: number): boolean {
  if (!hasCleanEnds(bytes, start, end)) return false;
  for (let at = start; at < end; at++) if (valueOctets[bytes[at] as number] !== 1) return false;
  return true;
}

/** Whether `bytes[start, end)` neither begins nor ends with white space. */
export function hasCleanEnds(bytes: Uint8Array, start: number, end: number): boolean {
  if (start === end) return true;
  return !isBlank(bytes[start] as number) && !isBlank(bytes[end - 1] as number);
}

/** Whether a regular field may have the name. */
export function isFieldName(name: string): boolean {
  if (name.length === 0) return false;
  for (let i = 0; i < name.length; i++) if (nameOctets[name.charCodeAt(i)] !== 1) return false;
  return true;
}

/** Whether a field may have the value: no control characters but the tabulator, no white space at either end. */
export function isFieldValue(value: string): boolean {
  const { length } = value;
  if (length === 0) return true;
  if (isBlank(value.charCodeAt(0)) || isBlank(value.charCodeAt(length - 1))) return false;
  for (let i = 0; i < length; i++) if (!isValueOctet(value.charCodeAt(i))) return false;
  return true;
}

/** A value without the white space around it, which does not belong to it and may not be sent. */
export function trimValue(value: string): string {
  const { length } = value;
  if (length === 0) return value;
  if (!isBlank(value.charCodeAt(0)) && !isBlank(value.charCodeAt(length - 1))) return value;
  return value.replace(/^[\t ]+|[\t ]+$/g, "");
}

function isBlank(octet: number): boolean {
  return octet === 0x20 || octet === 0x09;
}

/** Whether a field value may have the octet. */
export function isValueOctet(octet: number): boolean {
  return (octet >= 0x20 && octet !== 0x7f && octet <= 0xff) || octet === 0x09;
}

/** Fields that speak of one connection of HTTP/1.1, and make a message of HTTP/2 malformed (RFC 9113, section 8.2.2). */
export function isConnectionSpecific(name: string): boolean {
  switch (name) {
    case "connection":
    case "keep-alive":
    case "proxy-connection":
    case "transfer-encoding":
    case "upgrade":
      return true;
    default:
      return false;
  }
}
