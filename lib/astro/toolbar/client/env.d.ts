interface ImportMetaEnv {
  /** Where the toolbar asks. */
  readonly GATEHOUSE_TOOLBAR: string;
}

interface ImportMeta {
  readonly env: ImportMetaEnv;
}
