export { type INetwork, Network, type NetworkAttributes, type NetworkProps } from "./network";
