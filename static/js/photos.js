// Photos for a bad connection: made small on the phone, where they also lose what else the camera wrote into them.
const EDGE = 2000 // pixels, as the server keeps them

export async function shrunk(file) {
  try {
    const picture = await createImageBitmap(file)
    const scale = Math.min(1, EDGE / Math.max(picture.width, picture.height))
    const paper = document.createElement("canvas")
    paper.width = Math.round(picture.width * scale)
    paper.height = Math.round(picture.height * scale)
    paper.getContext("2d").drawImage(picture, 0, 0, paper.width, paper.height)
    return (await new Promise((done) => paper.toBlob(done, "image/jpeg", 0.85))) ?? file
  } catch {
    return file // of a kind that this browser can't read: the server may
  }
}
