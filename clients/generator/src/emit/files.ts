/** What an emitter returns: the text of each file by its path below the target's folder. */
export type Files = Readonly<Record<string, string>>;
