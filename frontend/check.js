import './css/check.css'
import './check/page.js'
