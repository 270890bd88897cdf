// Draws the figures of a page from the JSON beside them, and offers each table as CSV. No request is made.
(function () {
  "use strict";
  var lang = document.documentElement.lang;
  var PRINTED = 470; // px, half a landscape A4 page between margins

  function charts() { return Array.prototype.slice.call(document.querySelectorAll(".chart[data-figure]")); }

  function narrow(layout, width) {
    // Below 480 px the labels beside the axis take too much of the width: each figure says what to use instead.
    return width < 480 && layout.meta && layout.meta.narrow ? layout.meta.narrow : {};
  }

  function draw(box) {
    var drawing = JSON.parse(document.getElementById(box.dataset.figure).textContent);
    var config = drawing.config;
    config.locale = lang;
    return window.Plotly.newPlot(box, drawing.data, drawing.layout, config)
      .then(function () { return fit(box); });
  }

  function fit(box) {
    var change = narrow(box.layout, box.clientWidth);
    return Object.keys(change).length ? window.Plotly.relayout(box, change) : null;
  }

  function drawAll() {
    var boxes = window.Plotly ? charts() : [];
    Promise.all(boxes.map(draw)).then(function () { document.documentElement.dataset.ready = "yes"; });
  }

  function plain(cell) {
    if (cell.dataset.v !== undefined) { return lang === "fr" ? cell.dataset.v.replace(".", ",") : cell.dataset.v; }
    var text = cell.textContent.trim();
    return cell.classList.contains("num") ? text.replace(/[\u202f\u00a0]/g, "").replace("\u2212", "-") : text;
  }

  function csv(table) {
    var gap = lang === "fr" ? ";" : ",";
    return Array.prototype.map.call(table.rows, function (row) {
      return Array.prototype.map.call(row.cells, function (cell) {
        var text = plain(cell);
        return /[";,\n]/.test(text) ? '"' + text.replace(/"/g, '""') + '"' : text;
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
      window.Plotly.relayout(box, { width: box.closest(".wide") ? 2 * PRINTED : PRINTED, autosize: false });
    });
  });
  window.addEventListener("afterprint", function () {
    charts().forEach(function (box) { window.Plotly.relayout(box, { width: null, autosize: true }); });
  });

  document.addEventListener("DOMContentLoaded", function () {
    document.querySelectorAll("button.csv").forEach(offer);
    drawAll();
  });
})();
