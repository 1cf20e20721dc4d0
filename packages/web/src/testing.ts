export { type FixtureOptions, fixture } from "./testing/fixture.js";
export {
  createMockRouter,
  type MockAnswer,
  type MockAnswers,
  type MockRouter,
} from "./testing/mock-router.js";
export { type PlaywrightRoute, playwrightRoute } from "./testing/playwright.js";
