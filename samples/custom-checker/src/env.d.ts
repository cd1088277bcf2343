declare namespace App {
  interface AccessTypes {
    policies: typeof import('./policies').policies;
  }
}
