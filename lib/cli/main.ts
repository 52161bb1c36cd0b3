#!/usr/bin/env node
import { packageVersion } from "../local";
import { demo } from "./demo-command";
import { dev } from "./dev-command";
import { createProgram } from "./program";

void createProgram({ dev, demo }, packageVersion()).parseAsync();
