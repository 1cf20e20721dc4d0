/**
 * What generated service code uses. Version 1 stays as it is: code that an older generator wrote keeps working.
 */
export {
  type BidiMethod,
  type ClientStreamingMethod,
  type MethodShape,
  type ServerStreamingMethod,
  type ServiceType,
  serviceType,
  type UnaryMethod,
} from "../service-type.js";
