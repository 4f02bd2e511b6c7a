// The page viewer: one page large, zoom, turn, fit; a tap on the right third shows the next page.
const stage = document.getElementById("viewer");

function start() {
  const viewer = OpenSeadragon({
    element: stage,
    tileSources: { type: "image", url: stage.dataset.image },
    showNavigationControl: false,
    drawer: "canvas",
    animationTime: 0.25,
    visibilityRatio: 0.6,
    minZoomImageRatio: 0.8,
    maxZoomPixelRatio: 3,
    gestureSettingsMouse: { clickToZoom: false, dblClickToZoom: true },
    gestureSettingsTouch: { clickToZoom: false, dblClickToZoom: true, pinchRotate: false },
  });
  const acts = {
    in: () => viewer.viewport.zoomBy(1.4),
    out: () => viewer.viewport.zoomBy(1 / 1.4),
    left: () => viewer.viewport.setRotation(viewer.viewport.getRotation() - 90),
    right: () => viewer.viewport.setRotation(viewer.viewport.getRotation() + 90),
    fit: () => viewer.viewport.goHome(),
  };
  for (const button of document.querySelectorAll("[data-view]")) {
    button.addEventListener("click", () => acts[button.dataset.view]());
  }
  const turn = (which) => document.querySelector(`a[data-turn="${which}"]`)?.click();
  viewer.addHandler("canvas-click", (event) => {
    if (!event.quick) return;
    const place = event.position.x / stage.clientWidth;
    if (place > 2 / 3) turn("next");
    else if (place < 1 / 6) turn("previous");
  });
  viewer.addHandler("open", () => { stage.dataset.ready = "yes"; });
  viewer.addHandler("open-failed", () => { document.getElementById("viewer-failed").hidden = false; });
  addEventListener("keydown", (event) => {
    if (event.key === "ArrowRight" || event.key === "PageDown") turn("next");
    if (event.key === "ArrowLeft" || event.key === "PageUp") turn("previous");
  });
  document.querySelector('.strip [aria-current="page"]')?.scrollIntoView({ block: "nearest", inline: "center" });
}

if (stage) start();
