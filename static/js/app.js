// The one entry: every page loads it, every element defines itself.
import "./htmx-setup.js";
import "./shortcuts.js";
import "./live.js";
import "./elements/as-of.js";
import "./elements/call-timer.js";
import "./elements/card-board.js";
import "./elements/chat-list.js";
import "./elements/chat-view.js";
import "./elements/command-box.js";
import "./elements/copy-text.js";
import "./elements/drop-zone.js";
import "./elements/event-calendar.js";
import "./elements/file-uploads.js";
import "./elements/link-tool.js";
import "./elements/lazy-part.js";
import "./elements/line-chart.js";
import "./elements/list-view.js";
import "./elements/live-block.js";
import "./elements/live-delivery.js";
import "./elements/live-list.js";
import "./elements/live-order.js";
import "./elements/live-thread.js";
import "./elements/live-timeline.js";
import "./elements/local-time.js";
import "./elements/mail-list.js";
import "./elements/mail-draft.js";
import "./elements/menu-box.js";
import "./elements/menu-number.js";
import "./elements/notice-bell.js";
import "./elements/operation-progress.js";
import "./elements/push-switch.js";
import "./elements/repeat-rows.js";
import "./elements/rich-text.js";
import "./elements/row-selection.js";
import "./elements/save-in-place.js";
import "./elements/scheme-picker.js";
import "./elements/select-picker.js";
import "./elements/sender-tray.js";
import "./elements/side-sheet.js";
import "./elements/signature-pad.js";
import "./elements/sortable-list.js";
import "./elements/theme-switch.js";
import "./elements/toast-item.js";
import "./elements/toast-list.js";
import "./elements/unloading-list.js";
import "./elements/variable-picker.js";

if ("serviceWorker" in navigator) {
  navigator.serviceWorker.register("/sw.js").catch(() => {}); // without HTTPS there is none: pages work the same
}
