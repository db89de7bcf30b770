// Before the first paint, so that a chosen theme never flashes the other one. A file, because the CSP allows no inline script.
try {
  var theme = localStorage.getItem('brightrun.theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  // Storage is blocked: the system's theme applies.
}
