import { useEffect } from 'react';

/**
 * Stands in for `react-style-singleton` (see vite.config.ts): the same component, but its rules go into a constructed
 * style sheet, which `style-src 'self'` allows, instead of an injected <style> element, which it refuses.
 */
export function styleSingleton() {
  let users = 0;
  const sheet = new CSSStyleSheet();

  return function StyleSingleton({ styles }: { styles: string; dynamic?: boolean }) {
    useEffect(() => {
      sheet.replaceSync(styles);
      if (users++ === 0) document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
      return () => {
        if (--users > 0) return;
        document.adoptedStyleSheets = document.adoptedStyleSheets.filter((other) => other !== sheet);
      };
    }, [styles]);
    return null;
  };
}
