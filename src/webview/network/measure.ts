/** Measures the drawing's lettering in the page's own font, so that texts are cut where they would leave their box. */
import { estimate, type Lettering, type Measure } from './picture';

const FONT: Record<Lettering, string> = { title: '600 12px', light: '11px', small: '10.5px' };

const measures = new Map<string, Measure>();

/** Widths in a font family, each text measured once; an estimate where the page has no canvas. */
export function measureText(family: string): Measure {
  const known = measures.get(family);
  if (known) return known;
  const context = document.createElement('canvas').getContext('2d');
  if (!context) return estimate;
  const widths = new Map<string, number>();
  const measure: Measure = (text, lettering) => {
    const key = `${lettering}|${text}`;
    let width = widths.get(key);
    if (width === undefined) {
      context.font = `${FONT[lettering]} ${family}`;
      width = context.measureText(text).width;
      widths.set(key, width);
    }
    return width;
  };
  measures.set(family, measure);
  return measure;
}
