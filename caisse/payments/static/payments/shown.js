// What arrives is shown (Web Push), and a touch leads to where it is read: the page for which this
// service worker was installed. The same message again takes the place of the first one.

self.addEventListener("push", (event) => {
  const { id, title, text } = event.data?.json() ?? {};
  const said = { body: text, tag: id, icon: "/static/site/mark.svg" };
  if (title) event.waitUntil(self.registration.showNotification(title, said));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(self.clients.openWindow(self.registration.scope));
});
