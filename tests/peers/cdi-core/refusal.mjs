// What a core answers to calls that make no sense: a status and a line of text, never JSON.

export class Refusal extends Error {
    constructor(status, text) {
        super(text);
        this.status = status;
    }
}
