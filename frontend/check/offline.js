// Everything in one file, for a computer without a server.
import '../css/tokens.css'
import '../css/parts.css'
import '../css/public.css'
import '../css/print.css'
import '../css/check.css'
import './page.js'
