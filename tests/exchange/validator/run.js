// Reads a GLB from standard input and prints what Khronos' validator says of it, as JSON.
const validator = require("gltf-validator");
const chunks = [];
process.stdin.on("data", (chunk) => chunks.push(chunk));
process.stdin.on("end", async () => {
  const options = { format: "glb", maxIssues: 100 };
  const report = await validator.validateBytes(new Uint8Array(Buffer.concat(chunks)), options);
  console.log(JSON.stringify(report));
});
