// Days and times of messages as the reader wants them: in their zone and with their clock.
const LOOKS = {
  day: { weekday: "long", day: "numeric", month: "long", year: "numeric" },
  time: { hour: "2-digit", minute: "2-digit" },
}

export class Times {
  constructor({ zone: timeZone, cycle: hourCycle }) {
    const language = document.documentElement.lang
    this.dayOf = new Intl.DateTimeFormat(language, { ...LOOKS.day, timeZone })
    this.timeOf = new Intl.DateTimeFormat(language, { ...LOOKS.time, timeZone, hourCycle })
  }

  // Written once a row: its day stays on it.
  write(row) {
    if (row.dataset.day) return row.dataset.day
    const time = row.querySelector("time")
    const moment = new Date(time.dateTime)
    time.textContent = this.timeOf.format(moment)
    return (row.dataset.day = this.dayOf.format(moment))
  }
}
