// Draws the figures of a page from the JSON beside them, and offers each table as CSV. No request is made.
(function () {
  "use strict";
  var lang = document.documentElement.lang;
  var NARROW = 480; // px, where names beside the rows leave too little room: each figure says what to use instead
  var PRINTED = 470; // px, half a landscape A4 page between margins
  var TALLEST = 500; // px, so that a figure and its text stay on one page

  function charts() { return Array.prototype.slice.call(document.querySelectorAll(".chart[data-figure]")); }

  function set(target, path, value) {
    var steps = path.split(".");
    var last = steps.pop();
    steps.forEach(function (step) { target = target[step] = target[step] || {}; });
    target[last] = value;
  }

  function isNarrow(box) { return box.clientWidth < NARROW; }

  function draw(box) {
    var drawing = JSON.parse(document.getElementById(box.dataset.figure).textContent);
    var change = (drawing.layout.meta || {}).narrow;
    box.dataset.narrow = isNarrow(box);
    if (change && isNarrow(box)) {
      Object.keys(change).forEach(function (path) { set(drawing.layout, path, change[path]); });
    }
    box.style.height = drawing.layout.height + "px";
    drawing.config.locale = lang;
    return window.Plotly.newPlot(box, drawing.data, drawing.layout, drawing.config);
  }

  // One figure after the other, so that the page can be read and scrolled while the lower ones are drawn.
  function drawAll() {
    var boxes = window.Plotly ? charts() : [];
    (function next() {
      var box = boxes.shift();
      if (!box) { document.documentElement.dataset.ready = "yes"; return; }
      draw(box).then(function () { window.setTimeout(next, 0); });
    })();
  }

  function centre(box) {
    var beyond = box.scrollWidth - box.clientWidth;
    var hint = box.previousElementSibling;
    box.scrollLeft = beyond / 2;
    if (hint && hint.classList.contains("slide")) { hint.hidden = beyond < 2; }
  }

  window.addEventListener("resize", function () {
    charts().forEach(function (box) { if (String(isNarrow(box)) !== box.dataset.narrow) { draw(box); } });
    document.querySelectorAll(".drawn").forEach(centre);
  });

  function plain(cell) {
    if (cell.dataset.v !== undefined) { return lang === "fr" ? cell.dataset.v.replace(".", ",") : cell.dataset.v; }
    var text = cell.textContent.trim();
    var head = cell.closest("table").tHead.rows[0].cells[cell.cellIndex];
    return head.classList.contains("num") && cell !== head ? text.replace(/[\u202f\u00a0]/g, "").replace("\u2212", "-") : text;
  }

  function csv(table) {
    var gap = lang === "fr" ? ";" : ",";
    return Array.prototype.map.call(table.rows, function (row) {
      return Array.prototype.map.call(row.cells, function (cell) {
        var text = plain(cell);
        return text.indexOf(gap) >= 0 || /["\n]/.test(text) ? '"' + text.replace(/"/g, '""') + '"' : text;
      }).join(gap);
    }).join("\r\n");
  }

  function offer(button) {
    button.hidden = false;
    button.addEventListener("click", function () {
      var table = document.getElementById(button.dataset.table);
      var link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob(["\ufeff" + csv(table)], { type: "text/csv;charset=utf-8" }));
      link.download = button.dataset.name;
      link.click();
      URL.revokeObjectURL(link.href);
    });
  }

  window.addEventListener("beforeprint", function () {
    charts().forEach(function (box) {
      if (!box.layout) { draw(box); }
      var height = Math.min(box.layout.height, TALLEST);
      box.style.height = height + "px";
      window.Plotly.relayout(box, { width: box.closest(".wide") ? 2 * PRINTED : PRINTED, height: height, autosize: false });
    });
  });
  window.addEventListener("afterprint", function () {
    charts().forEach(draw);
  });

  document.addEventListener("DOMContentLoaded", function () {
    document.querySelectorAll("button.csv").forEach(offer);
    document.querySelectorAll(".drawn").forEach(centre);
    drawAll();
  });
})();
