// Bars, lines and the district map. The table behind each figure stands in the page already.
import * as echarts from 'echarts/core'
import { BarChart, LineChart, LinesChart, MapChart, ScatterChart } from 'echarts/charts'
import { GeoComponent, GridComponent, TooltipComponent, VisualMapComponent } from 'echarts/components'
import { CanvasRenderer } from 'echarts/renderers'

echarts.use([BarChart, LineChart, LinesChart, MapChart, ScatterChart, GeoComponent, GridComponent, TooltipComponent, VisualMapComponent, CanvasRenderer])

const css = getComputedStyle(document.documentElement)
const colour = (name) => css.getPropertyValue(name).trim()
const ink = colour('--ink')
const soft = colour('--ink-2')
const line = colour('--line')
const blue = colour('--blue')
const dark = document.querySelector('.wall') !== null
const scale = dark ? 1.5 : 1
const shades = dark
  ? ['#22384d', '#2b5175', '#35699a', '#4a8ac4', '#7fb4e6']
  : ['#e3edf6', '#c3d8ea', '#94b9d9', '#2f6ba6', '#174a7c']
const font = getComputedStyle(document.body).fontFamily
const text = (size, color = ink) => ({ fontFamily: font, fontSize: size * scale, color })

function writer(data) {
  return (value) => value.toLocaleString('zh-CN', { minimumFractionDigits: data.places, maximumFractionDigits: data.places })
}

// richText keeps the tooltip on the canvas: no inline style for the page's policy to refuse.
const tooltip = (write, unit) => ({
  renderMode: 'richText', confine: true, backgroundColor: '#1e2731', borderWidth: 0,
  textStyle: { fontFamily: font, color: '#fff', fontSize: 14 * scale },
  formatter: (p) => {
    const blank = p.data && p.data.blank
    if (blank) return `${p.name}  ${blank}`
    return p.name && p.value >= 0 ? `${p.name}  ${write(p.value)} ${unit}` : ''
  },
})

// Limits of an interval: a thin line over each bar with a mark at either end.
function limits(rows) {
  const known = rows.map((p, i) => [p, i]).filter(([p]) => p.low !== undefined)
  if (!known.length) return []
  const style = { color: ink, width: 1.3, opacity: 0.7 }
  return [
    { type: 'lines', coordinateSystem: 'cartesian2d', silent: true, z: 4, lineStyle: style, data: known.map(([p, i]) => ({ coords: [[p.low, i], [p.high, i]] })) },
    { type: 'scatter', silent: true, z: 4, symbol: 'rect', symbolSize: [1.5, 9], itemStyle: { color: ink, opacity: 0.7 }, data: known.flatMap(([p, i]) => [[p.low, i], [p.high, i]]) },
  ]
}

const narrow = () => window.innerWidth < 600

function bars(data) {
  const write = writer(data)
  const rows = [...data.points].reverse()
  const withLimits = rows.some((p) => p.low !== undefined)
  return {
    tooltip: tooltip(write, data.unit),
    grid: { left: 0, right: withLimits ? 4 : 64 * scale, top: 4, bottom: 4, containLabel: true },
    xAxis: { type: 'value', show: false, min: 0 },
    yAxis: [
      { type: 'category', data: rows.map((p) => p.label), axisTick: { show: false }, axisLine: { show: false }, axisLabel: { ...text(14.5), width: narrow() ? 110 : 260, overflow: 'truncate' } },
      ...(withLimits ? [{ type: 'category', position: 'right', data: rows.map((p) => p.blank || write(p.value)), axisTick: { show: false }, axisLine: { show: false }, axisLabel: text(14.5) }] : []),
    ],
    series: [{
      type: 'bar', barWidth: '52%', barMaxWidth: 18 * scale, data: rows.map((p) => ({ value: p.value, blank: p.blank })), cursor: 'pointer',
      itemStyle: { color: blue, borderRadius: [0, 3, 3, 0] }, emphasis: { itemStyle: { color: colour('--blue-ink') } },
      label: { show: !withLimits, position: 'right', formatter: (p) => p.data.blank || write(p.value), ...text(14.5) },
    }, ...limits(rows)],
  }
}

function lines(data) {
  const write = writer(data)
  const last = data.points.length - 1
  return {
    tooltip: { ...tooltip(write, data.unit), trigger: 'axis', formatter: (ps) => `${ps[0].name}  ${write(ps[0].value)} ${data.unit}`, axisPointer: { lineStyle: { color: soft } } },
    grid: { left: 0, right: 44 * scale, top: 22, bottom: 2, containLabel: true },
    xAxis: { type: 'category', boundaryGap: false, data: data.points.map((p) => p.label), axisTick: { show: false }, axisLine: { lineStyle: { color: colour('--line-2') } }, axisLabel: text(13.5, soft) },
    yAxis: { type: 'value', scale: true, splitNumber: 3, splitLine: { lineStyle: { color: line } }, axisLabel: text(13.5, soft) },
    series: [{
      type: 'line', data: data.points.map((p) => (p.blank ? null : p.value)), symbol: 'circle', symbolSize: 6, showSymbol: data.points.length < 16,
      lineStyle: { color: blue, width: 2.5 }, itemStyle: { color: blue },
      label: { show: true, formatter: (p) => (p.dataIndex === last ? write(p.value) : ''), position: 'right', ...text(14.5) },
    }],
  }
}

const rings = (shape) => (shape.geometry.type === 'Polygon' ? [shape.geometry.coordinates] : shape.geometry.coordinates).map((p) => p[0])

function areaOf(ring) {
  let area = 0
  for (let i = 0; i < ring.length - 1; i++) area += ring[i][0] * ring[i + 1][1] - ring[i + 1][0] * ring[i][1]
  return Math.abs(area / 2)
}

function inside(ring, [x, y]) {
  let odd = false
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    const [[xi, yi], [xj, yj]] = [ring[i], ring[j]]
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) odd = !odd
  }
  return odd
}

// How far the nearest edge is, counting sideways distance less: a label is wider than high.
function clearance(ring, [x, y]) {
  let least = Infinity
  for (let i = 0; i < ring.length - 1; i++) {
    const [ax, ay] = [(ring[i][0] - x) * 0.45, ring[i][1] - y]
    const [bx, by] = [(ring[i + 1][0] - x) * 0.45, ring[i + 1][1] - y]
    const [dx, dy] = [bx - ax, by - ay]
    const t = Math.max(0, Math.min(1, -(ax * dx + ay * dy) / (dx * dx + dy * dy || 1)))
    least = Math.min(least, Math.hypot(ax + t * dx, ay + t * dy))
  }
  return least
}

// The roomiest point of a district's largest ring, found on a grid.
function roomiest(shape) {
  const ring = rings(shape).reduce((a, b) => (areaOf(b) > areaOf(a) ? b : a))
  const [xs, ys] = [ring.map((p) => p[0]), ring.map((p) => p[1])]
  const [west, east, south, north] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)]
  let best = { room: -1 }
  for (let i = 1; i < 32; i++) {
    for (let j = 1; j < 32; j++) {
      const at = [west + ((east - west) * i) / 32, south + ((north - south) * j) / 32]
      if (!inside(ring, at)) continue
      const room = clearance(ring, at)
      if (room > best.room) best = { room, at }
    }
  }
  return { ...best, area: areaOf(ring), west, height: north - south }
}

// Labels that fit stand inside; the crowded inner districts are named in a column to the west.
function labelPlaces(shapes) {
  const all = shapes.features.map((f) => ({ name: f.properties.name, ...roomiest(f) }))
  const whole = all.reduce((sum, d) => sum + d.area, 0)
  const step = Math.sqrt(whole) * 0.085
  const inner = all.filter((d) => d.area < whole * 0.035).sort((a, b) => b.at[1] - a.at[1])
  const west = Math.min(...inner.map((d) => d.west)) - step * 2.4
  const top = inner.length ? inner[0].at[1] + step : 0
  return all.map((d) => {
    const row = inner.indexOf(d)
    return row < 0 ? { ...d, label: d.at } : { ...d, outside: true, label: [west, top - row * step] }
  })
}

function map(data, shapes) {
  const write = writer(data)
  const values = new Map(data.points.map((p) => [p.label, p.value]))
  const blanks = new Map(data.points.map((p) => [p.label, p.blank]))
  const places = labelPlaces(shapes)
  const most = Math.max(...data.points.map((p) => p.value), 1)
  const labelInk = (name) => {
    const share = (values.get(name) || 0) / most
    if (dark) return share >= 0.8 ? '#10202f' : ink
    return share >= 0.6 ? '#fff' : ink
  }
  const outside = places.filter((d) => d.outside)
  return {
    tooltip: tooltip(write, data.unit),
    visualMap: { show: false, min: 0, max: most, inRange: { color: shades }, seriesIndex: 0, type: 'piecewise', splitNumber: 5 },
    geo: { map: 'city', roam: false, silent: true, top: 6, bottom: 6, left: 'center', aspectScale: 0.8, itemStyle: { areaColor: 'transparent', borderWidth: 0 } },
    series: [
      {
        type: 'map', map: 'city', geoIndex: undefined, roam: false, top: 6, bottom: 6, left: 'center', aspectScale: 0.8, selectedMode: false, cursor: 'pointer',
        data: places.map((d) => (blanks.get(d.name) ? { name: d.name, value: NaN, blank: blanks.get(d.name) } : { name: d.name, value: values.get(d.name) || 0 })),
        itemStyle: { borderColor: colour('--paper'), borderWidth: 1.2, areaColor: '#f1eee8' }, label: { show: false },
        emphasis: { label: { show: false }, itemStyle: { borderColor: colour('--warn'), borderWidth: 2, areaColor: null } },
      },
      {
        type: 'lines', coordinateSystem: 'geo', silent: true, z: 5, lineStyle: { color: soft, width: 1, opacity: 0.75, curveness: 0 },
        data: outside.map((d) => ({ coords: [d.label, d.at] })),
      },
      {
        type: 'scatter', coordinateSystem: 'geo', silent: true, z: 6, symbolSize: (v, p) => (p.data.outside ? 5 : 0),
        itemStyle: { color: ink }, label: { show: false },
        data: outside.map((d) => ({ value: d.at, outside: true })),
      },
      {
        type: 'scatter', coordinateSystem: 'geo', silent: true, z: 7, symbolSize: 0.1,
        data: places.map((d) => ({
          name: d.name, value: d.label,
          label: {
            show: true, formatter: d.name, position: d.outside ? 'left' : 'inside', distance: 3,
            ...text(13, d.outside ? ink : labelInk(d.name)),
          },
        })),
      },
    ],
  }
}

async function optionOf(figure, data) {
  if (figure.dataset.chart === 'bar') return bars(data)
  if (figure.dataset.chart === 'line') return lines(data)
  const shapes = await (await fetch(figure.dataset.shapes)).json()
  echarts.registerMap('city', shapes)
  return map(data, shapes)
}

export default async function draw(figure) {
  const box = figure.querySelector('.chart-box')
  const data = JSON.parse(figure.querySelector('script[type="application/json"]').textContent)
  const kind = figure.dataset.chart
  if (kind === 'bar') box.style.height = `${Math.max(2, data.points.length) * 34 * scale + 12}px`
  const chart = echarts.init(box)
  chart.setOption({ animation: !matchMedia('(prefers-reduced-motion: reduce)').matches, animationDuration: 350, ...(await optionOf(figure, data)) })
  const links = new Map(data.points.map((p) => [p.label, p.href]))
  chart.on('click', (event) => { if (links.get(event.name)) location.assign(links.get(event.name)) })
  new ResizeObserver(() => chart.resize()).observe(box)
}
