interface ImportMetaEnv {
  /** The address of the toolbar's endpoint. */
  readonly GATEHOUSE_TOOLBAR: string;
}

interface ImportMeta {
  readonly env: ImportMetaEnv;
}
