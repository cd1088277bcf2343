declare namespace App {
  interface SessionData {
    company: string;
  }
}
