import './css/tokens.css'
import './css/parts.css'
import './css/kit.css'
import { start } from './kit/app.js'

start(document.getElementById('kit'))
