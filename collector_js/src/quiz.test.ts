import { expect, test } from "vitest";
import { type Quiz, solve } from "./quiz.js";

const HIDDEN = "all:initial!important;position:fixed!important;visibility:hidden!important";

test("answers what is asked, in its order, and of nothing else", () => {
  const quiz: Quiz = [HIDDEN, [0, "display:flex"], [1, "opacity:0.5", "opacity"], [2, "z-index:3"], [1, "", "tagName"]];
  expect(solve(quiz)).toEqual(["0.5", "DIV"]);
});

test("an answer that a browser does not have is one, too", () => {
  expect(solve([HIDDEN, [0, "", "MozNothing"]])).toEqual(["undefined"]);
});

test("a gate of before the quiz is asked nothing and told nothing", () => {
  expect(solve(undefined)).toEqual([]);
});

test("leaves nothing in the page", () => {
  const before = document.documentElement.outerHTML;
  solve([HIDDEN, [0, "width:3px", "width"]]);
  expect(document.documentElement.outerHTML).toBe(before);
});
