/* The desk's conveniences; every page works without them. */
(function (d) {
  "use strict";
  function all(selector) { return [].slice.call(d.querySelectorAll(selector)); }

  // Where one is stays in sight, however long the side is.
  all(".side [aria-current]").forEach(function (here) {
    here.scrollIntoView({ block: "nearest" });
  });

  // One press, one deed: a second press of the same form within ten seconds is not sent.
  all('form[method="post"]').forEach(function (form) {
    form.addEventListener("submit", function (event) {
      if (form.hasAttribute("data-busy")) { event.preventDefault(); return; }
      form.setAttribute("data-busy", "");
      setTimeout(function () { form.removeAttribute("data-busy"); }, 10000);
    });
  });

  // Filters answer to a change at once; without script there is their button.
  all("form[data-auto]").forEach(function (form) {
    form.addEventListener("change", function () { form.submit(); });
  });

  all("[data-print]").forEach(function (button) {
    button.hidden = false;
    button.addEventListener("click", function () { window.print(); });
  });

  all("[data-copy]").forEach(function (button) {
    button.hidden = false;
    button.addEventListener("click", function () {
      d.getElementById(button.getAttribute("data-copy")).select();
      try { if (d.execCommand("copy")) button.textContent = "已复制"; } catch (error) { /* it is selected */ }
    });
  });

  // A pile of paper: Enter goes on to the next box, Ctrl and Enter keep the sheet.
  all("form[data-keyed]").forEach(function (form) {
    var boxes = [].slice.call(form.querySelectorAll(".in, button"));
    form.addEventListener("keydown", function (event) {
      var here = boxes.indexOf(event.target);
      if (event.key !== "Enter" || event.isComposing || here < 0) return;
      if (event.ctrlKey || event.metaKey) { event.preventDefault(); form.querySelector("button").click(); return; }
      if (event.target.tagName === "BUTTON" || event.shiftKey) return;
      event.preventDefault();
      boxes[here + 1].focus();
    });
  });

  // j and k walk through the list, as in a mail programme.
  d.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey || !/^[jk]$/.test(event.key)) return;
    if (/INPUT|TEXTAREA|SELECT/.test(event.target.tagName)) return;
    var rows = all(".rows a");
    var here = rows.indexOf(d.activeElement);
    if (here < 0) here = rows.indexOf(d.querySelector(".rows [aria-current]"));
    var next = rows[here + (event.key === "j" ? 1 : -1)];
    if (next) next.focus();
  });
})(document);
