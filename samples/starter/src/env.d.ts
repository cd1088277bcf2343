declare namespace App {
  interface SessionData {
    visits: number;
    name: string;
  }
}
