import { createQueries } from "@bowline/query";
import { RpcError } from "@bowline/rpc";
import { createFetchChannel } from "@bowline/web";
import { QueryClient, QueryClientProvider, useMutation, useQuery } from "@tanstack/react-query";
import { createRoot } from "react-dom/client";
import { ShopService } from "../../shared/src/gen/shop/v1/shop.pb.js";

// What useQuery and useMutation take, for every method of the service.
const shop = createQueries(ShopService, createFetchChannel("/"));

function Price({ article }: { article: string }) {
  const { data, error } = useQuery(shop.getPrice({ article }));
  if (error) return <p>{RpcError.is(error) ? error.rawMessage : "something went wrong"}</p>;
  if (!data) return <p>…</p>;
  return (
    <p>
      A {article} costs {(data.cents / 100).toFixed(2)} €.
    </p>
  );
}

function Order({ article }: { article: string }) {
  const order = useMutation(shop.placeOrder.mutation());
  const items = [{ article, quantity: 1 }];
  return (
    <p>
      <button type="button" onClick={() => order.mutate({ customer: "Ada", items })}>
        Order a {article}
      </button>{" "}
      {order.data && `Ordered: ${order.data.receipt}.`}
    </p>
  );
}

const retry = false;
createRoot(document.getElementById("root") as HTMLElement).render(
  <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry } } })}>
    <h1>The shop</h1>
    <Price article="rope" />
    <Price article="knot" />
    <Price article="anchor" />
    <Order article="rope" />
  </QueryClientProvider>,
);
