import { beforeEach, describe, expect, test } from "vitest";
import { move, openPage, read, stage } from "../../../test/form-page.js";

beforeEach(() => openPage());

describe("the pointer", () => {
  test("moves that say to be a click", () => {
    stage.fire("mousemove", { detail: 0 });
    expect(read()).toMatchObject({ numbered: 0 });
    stage.fire("mousemove", { detail: 1 });
    expect(read()).toMatchObject({ numbered: 1 });
  });

  test("moves are counted beside raw ones where those are told", () => {
    move(1, 2);
    expect(read()).not.toHaveProperty("coalesced_moves", 1);
    stage.fire("pointerrawupdate");
    move(2, 2);
    expect(read()).toMatchObject({ raw: 1, coalesced_moves: 1 });
  });

  test("a straight line at one speed", () => {
    for (let x = 0; x <= 100; x += 10) move(x, 0);
    expect(read().path).toEqual({ n: 11, straightness: 1, speed_cv: 0, turns: 0 });
  });

  test("there, a rest, and back are two straight lines", () => {
    for (let x = 0; x <= 100; x += 10) move(x, 0);
    move(100, 0, 400);
    for (let x = 90; x >= 0; x -= 10) move(x, 0);
    expect(read().path).toMatchObject({ straightness: 1, turns: 0 });
  });

  test("right angles", () => {
    for (let step = 0; step < 20; step++) move(Math.ceil(step / 2) * 10, Math.floor(step / 2) * 10);
    expect(read().path).toMatchObject({ turns: 1.57, straightness: 0.71 });
  });

  test("fractional places and whole gaps", () => {
    move(1.5, 2);
    move(2, 2, 8);
    move(3, 2, 8.4);
    expect(read()).toMatchObject({ moves: 3, fractional: 1, gaps: 2, whole_gaps: 1 });
  });

  test("a finger's coming and going is timed", () => {
    stage.wait(8);
    stage.fire("pointerdown", { pointerType: "touch" });
    stage.wait(69.4);
    stage.fire("pointerup", { pointerType: "touch" });
    stage.wait(731);
    stage.fire("pointerdown", { pointerType: "touch" });
    expect(read()).toMatchObject({ touch: 2, gaps: 2, whole_gaps: 1 });
  });

  test("no path where nothing moved", () => {
    expect(JSON.parse(JSON.stringify(read()))).not.toHaveProperty("path");
  });
});
