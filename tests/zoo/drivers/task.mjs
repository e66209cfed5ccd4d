// What a driver in Node is to do: the same as in task.py.
export const task = JSON.parse(process.env.HUSHGATE_ZOO);
export const options = task.options;
export const headless = options.headless ?? false;
export const SETTLE = 2000;
export const AFTER = 4000;
export const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
export const fields = Object.entries(task.fields);
export const between = (low, high) => low + Math.random() * (high - low);
export const submit = "button[type=submit]";

/** Sets the values from inside the page, as a script does that never touches a key. */
export const SET_BY_SCRIPT = `(fields) => {
  for (const [name, value] of Object.entries(fields)) {
    const box = document.querySelector("input[name=" + name + "]");
    box.value = value;
    for (const type of ["input", "change"]) box.dispatchEvent(new Event(type, { bubbles: true }));
  }
  document.querySelector("button[type=submit]").click();
}`;
