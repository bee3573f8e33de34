// Lint rule: every source file opens with a comment of a sentence or two saying what the file is for.

/** ESLint rule: the first thing in the file is a comment (or several lines of them) of at least 20 characters. */
export const filePurpose = {
  meta: {
    type: 'suggestion',
    schema: [],
    messages: { missing: 'Open the file with a comment of one or two sentences saying what it is for.' },
  },
  create(context) {
    return {
      Program(node) {
        const source = context.sourceCode;
        const firstToken = source.getFirstToken(node);
        const opening = source
          .getAllComments()
          .filter(
            (comment) =>
              comment.type !== 'Shebang' && (!firstToken || comment.range[1] <= firstToken.range[0]),
          )
          .filter((comment) => !/^\s*(eslint|@ts-|prettier)/.test(comment.value));
        const words = opening.map((comment) => comment.value.replace(/[*\s]+/g, ' ').trim()).join(' ');
        if (words.length < 20) context.report({ loc: { line: 1, column: 0 }, messageId: 'missing' });
      },
    };
  },
};
