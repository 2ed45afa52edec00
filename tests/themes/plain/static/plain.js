import { year } from "./parts/year.js";

document.documentElement.dataset.opened = year();
