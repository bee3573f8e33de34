/** Where `import` looks for the modules of a project: beside the file, then upwards to the project's root and its `src`. */

/** Folders, nearest first, of a file below a root; paths or URIs with `/`, the root without one at its end. Beside the file only where it lies elsewhere. */
export function searchFolders(folder: string, root: string): string[] {
  if (folder !== root && !folder.startsWith(`${root}/`)) return [folder];
  const folders: string[] = [];
  for (let at = folder; at !== root; at = at.slice(0, at.lastIndexOf('/'))) folders.push(at);
  const source = `${root}/src`;
  return [...folders, root, ...(folders.includes(source) ? [] : [source])];
}
