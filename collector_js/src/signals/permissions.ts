import { Missing } from "../signal.js";

/** The same question asked in two ways. No browser says "denied" here and "prompt" there. */
export async function permissions(): Promise<{ notification: string; query: string }> {
  if (!window.Notification || !navigator.permissions) throw new Missing("unsupported");
  const { state } = await navigator.permissions.query({ name: "notifications" });
  return { notification: Notification.permission, query: state };
}
