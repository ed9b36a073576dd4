// A table that is wider than its place is reached and scrolled by keyboard; one that fits is no stop on the way.

const sized = new ResizeObserver((entries) => entries.forEach(({ target }) => mark(target)));

function mark(scroller) {
  if (scroller.scrollWidth > scroller.clientWidth) scroller.tabIndex = 0;
  else if (document.activeElement !== scroller) scroller.removeAttribute("tabindex");
}

export function markScrollers() {
  for (const scroller of document.querySelectorAll(".scroll")) {
    sized.observe(scroller);
    mark(scroller);
  }
}
