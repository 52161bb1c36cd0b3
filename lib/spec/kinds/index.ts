export { type AsgiAppOptions, type AsgiOptions, parseAsgiApp } from "./asgi";
export { type FastApiEndpointOptions, type FastApiOptions, parseFastApiEndpoint } from "./fastapi";
export { parseWebServer, type ServerOptions, type WebServerOptions } from "./server";
export { parseWsgiApp, type WsgiAppOptions, type WsgiOptions } from "./wsgi";
