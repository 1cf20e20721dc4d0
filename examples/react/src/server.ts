import { expressMiddleware } from "@bowline/node/express";
import express from "express";
import { shop } from "../../shared/src/shop.js";

const port = Number(process.env.PORT ?? 8080);
const app = express();
app.use(expressMiddleware([shop]));
app.use(express.static("dist")); // what `vite build` made of the page
app.listen(port, "127.0.0.1", () => console.log(`open http://127.0.0.1:${port}`));
