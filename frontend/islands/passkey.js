// Passkeys: asks the browser, puts what it answers into the form, sends it. Hidden where none can be.
const need = (value) => { if (!value) throw new Error('no options'); return value }
const toBytes = (text) => {
  const plain = atob(text.replace(/-/g, '+').replace(/_/g, '/'))
  return Uint8Array.from(plain, (c) => c.charCodeAt(0))
}
const toText = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
  .replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '')

function asked(options) {
  const found = { ...options, challenge: toBytes(options.challenge) }
  if (options.user) found.user = { ...options.user, id: toBytes(options.user.id) }
  for (const list of ['excludeCredentials', 'allowCredentials']) {
    if (options[list]) found[list] = options[list].map((one) => ({ ...one, id: toBytes(one.id) }))
  }
  return found
}

function told(credential) {
  const answer = credential.response
  const response = { clientDataJSON: toText(answer.clientDataJSON) }
  for (const part of ['attestationObject', 'authenticatorData', 'signature', 'userHandle']) {
    if (answer[part]) response[part] = toText(answer[part])
  }
  if (answer.getTransports) response.transports = answer.getTransports()
  return {
    id: credential.id,
    rawId: toText(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment,
    clientExtensionResults: credential.getClientExtensionResults(),
    response,
  }
}

async function optionsOf(form) {
  const near = form.querySelector('script[type="application/json"]')
  if (near) return JSON.parse(near.textContent)
  const answer = await fetch(form.dataset.optionsUrl, { headers: { 'X-Requested-With': 'XMLHttpRequest' } })
  return answer.json()
}

const WHY = {
  NotAllowedError: '没有完成：已取消，或等得太久。请再试一次。',
  InvalidStateError: '这台设备已经有一把这个账号的通行密钥。',
  SecurityError: '这个网址不能用通行密钥，请改用验证器。',
}

async function run(form) {
  const options = await optionsOf(form)
  const credential = form.dataset.passkey === 'make'
    ? await navigator.credentials.create({ publicKey: asked(need(options.creation_options).publicKey) })
    : await navigator.credentials.get({ publicKey: asked(need(options.request_options).publicKey) })
  form.elements.credential.value = JSON.stringify(told(credential))
  form.submit()
}

export default function passkey(form) {
  const able = window.isSecureContext && window.PublicKeyCredential
  const said = form.querySelector('[role=alert]')
  const say = (text) => { said.textContent = text; said.hidden = false }
  form.hidden = !able && form.dataset.passkey !== 'make'
  if (!able && form.dataset.passkey === 'make') say('这个浏览器或网址不支持通行密钥，请改用验证器。')
  form.querySelector('button').disabled = !able
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    if (!able) return
    said.hidden = true
    const button = form.querySelector('button')
    button.disabled = true
    run(form).catch((error) => {
      button.disabled = false
      say(WHY[error.name] || '没有完成，请再试一次，或改用别的方式。')
    })
  })
}
