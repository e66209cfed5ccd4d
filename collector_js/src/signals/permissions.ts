/** The same question asked in two ways. No browser says "denied" here and "prompt" there. An iPhone's page has no Notification. */
export async function permissions(): Promise<{ notification: string | undefined; query: string }> {
  if (!navigator.permissions) throw "unsupported";
  const status = await navigator.permissions.query({ name: "notifications" });
  return { notification: window.Notification?.permission, query: status.state };
}
