// What runs on a page. Everything but the charts and the news works without it.

import { drawAll } from "./charts.js";
import { live } from "./live.js";
import { records } from "./records.js";
import { markScrollers } from "./tables.js";

drawAll(document);
markScrollers();
records();
live();
