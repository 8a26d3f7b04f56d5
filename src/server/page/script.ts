// SPDX-License-Identifier: Apache-2.0

/** What the page can do only with a script: copy. Kept small, since a hash of it stands in the headers. */
export const SCRIPT = `
for (const button of document.querySelectorAll('button[hidden]')) {
  button.hidden = false;
  button.addEventListener('click', async () => {
    const code = button.previousElementSibling;
    const text = 'url' in code.dataset ? new URL(code.textContent, location.href).href : code.textContent;
    let isCopied = true;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // Without TLS there is no clipboard to write to: what is selected can be copied all the same.
      getSelection().selectAllChildren(code);
      isCopied = document.execCommand('copy');
    }
    button.textContent = isCopied ? 'Copied' : 'Press Ctrl+C';
    setTimeout(() => { button.textContent = 'Copy'; }, 2000);
  });
}
`;
